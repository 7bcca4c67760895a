// Change a password in place: one's own, and as the admin the auditor's.

import { ask } from "./link.js";
import { refusal, word } from "./words.js";

const MIN_LENGTH = 8;

const $ = (id) => document.getElementById(id);
const FIELDS = ["password-current", "password-new", "password-again"];

export function refused(answer) {
  if (answer.status !== 401) return refusal(answer);
  const wait = answer.retry_after_s ? ` ${word("admin.wait", { seconds: answer.retry_after_s })}` : "";
  return word("admin.wrong_password") + wait;
}

export function offerPasswords() {
  $("passwords").addEventListener("submit", async (event) => {
    event.preventDefault();
    const [current, fresh, again] = FIELDS.map((id) => $(id).value);
    $("password-changed").textContent = "";
    let problem = "";
    if (fresh.length < MIN_LENGTH) problem = word("admin.password_short");
    else if (fresh !== again) problem = word("admin.password_differs");
    else {
      const answer = await ask("/api/admin/password", { role: $("password-role").value, current, new: fresh }, "PUT");
      if (!answer.ok) problem = refused(answer);
    }
    $("password-problem").textContent = problem;
    if (problem) return;
    for (const id of FIELDS) $(id).value = "";
    $("password-changed").textContent = word("admin.password_changed");
  });
}
