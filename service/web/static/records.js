// What the admin can see of the station's privacy: how its processes are locked, and sums per hour.

import { number, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const COUNTS = ["screened", "elevated", "confirmed", "not_confirmed", "declined", "no_result", "again", "thermometer", "cleared"];

function line(cells, kind = "td") {
  const made = document.createElement("tr");
  for (const cell of cells) made.append(Object.assign(document.createElement(kind), { textContent: cell }));
  return made;
}

const count = (value) => (value == null ? word("admin.few") : number(value, 0));

export async function showRecords() {
  const response = await fetch("/api/admin/records");
  if (response.status === 401) dispatchEvent(new Event("session-ended"));
  if (!response.ok) return;
  const { locks, attacks, hours } = await response.json();
  $("locks").replaceChildren(
    ...["worker", "web"].map((process) => {
      const lock = locks.find((one) => one.process === process);
      const said = lock ? word("admin.denied", { process: word(`attestation.${process}`), denied: lock.denied, attacks: lock.attacks }) : word("admin.not_locked", { process: word(`attestation.${process}`) });
      return Object.assign(document.createElement("li"), { textContent: said });
    }),
  );
  $("attacks").replaceChildren(...attacks.map((attack) => line([attack.name, attack.worker, attack.web])));
  $("hours-head").replaceChildren(line(["UTC", ...COUNTS.map((name) => word(`admin.count_${name}`))], "th"));
  $("hours").replaceChildren(...hours.map((hour) => line([hour.hour.replace("T", " "), ...COUNTS.map((name) => count(hour[name]))])));
}
