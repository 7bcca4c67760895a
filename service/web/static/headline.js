// What the large field says of a station, in one place for the alert screen and for the training.

import { word } from "./words.js";

const ADVISED = { thermometer: "thermometer", moment: "moment", back: "back" }; // shapes of their own

const CALLS_UP = new Set(["ready", "come_closer"]);

// The advice, where the state alone does not say what to do. To a lane that is not open nobody is asked up.
export function headline({ state, advice, moment_s: seconds, lane = "open" }) {
  if (CALLS_UP.has(state) && lane !== "open") {
    return { shape: "shut", title: word(`shift.shut_${lane}`), instruction: word("shift.shut_how") };
  }
  const shape = ADVISED[advice] ?? state;
  if (!advice || advice === "again") return { shape, title: word(`titles.${state}`), instruction: word(`instructions.${state}`) };
  return { shape, title: word(`advice.${advice}`), instruction: word(`advice.${advice}_how`, { seconds: Math.ceil(seconds ?? 0) }) };
}
