// The words with which the visitor's window welcomes, in each language.

import { ask } from "./link.js";
import { refusal, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const inputs = () => [...document.querySelectorAll("#welcome input")];

export async function fillWelcome(role) {
  const response = await fetch("/api/welcome");
  if (!response.ok) return;
  const said = await response.json();
  for (const input of inputs()) {
    const typed = input.value !== input.defaultValue; // before a session ended
    input.defaultValue = said[input.lang];
    if (!typed) input.value = input.defaultValue;
    input.placeholder = word("visitor.welcome", {}, input.lang);
    input.disabled = role === "auditor";
  }
}

export function offerWelcome(onChange) {
  // The visitor's window itself, for as long as somebody looks: in a kiosk there is no way back from it.
  const seen = $("seen");
  seen.addEventListener("toggle", () => {
    seen.querySelector("iframe")?.remove();
    if (!seen.open) return;
    const frame = Object.assign(document.createElement("iframe"), { src: "/visitor", inert: true });
    frame.setAttribute("aria-label", word("admin.welcome_seen"));
    seen.append(frame);
  });
  $("welcome").addEventListener("submit", async (event) => {
    event.preventDefault();
    $("welcome-saved").textContent = "";
    const wanted = Object.fromEntries(inputs().map((input) => [input.lang, input.value.trim()]));
    const answer = await ask("/api/admin/welcome", wanted, "PUT");
    const wrong = answer.status === 422 ? word("admin.welcome_letters") : refusal(answer);
    $("welcome-problem").textContent = answer.ok ? "" : wrong;
    for (const input of inputs()) input.setAttribute("aria-invalid", String(Boolean(answer.fields?.[input.lang])));
    if (!answer.ok) return;
    for (const input of inputs()) input.value = input.defaultValue = wanted[input.lang];
    $("welcome-saved").textContent = word("admin.saved");
    onChange();
  });
}
