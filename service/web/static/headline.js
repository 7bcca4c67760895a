// What the large field says of a station, in one place for the alert screen and for the training.

import { word } from "./words.js";

const ADVISED = { thermometer: "thermometer", moment: "moment", back: "back" }; // shapes of their own

// The advice, where the state alone does not say what to do. Of a lane that is not open nobody is told that the next visitor may come.
export function headline({ state, advice, moment_s: seconds, lane = "open" }) {
  if (state === "ready" && lane !== "open") {
    return { shape: "shut", title: word(`shift.shut_${lane}`), instruction: word("shift.shut_how") };
  }
  const shape = ADVISED[advice] ?? state;
  if (!advice || advice === "again") return { shape, title: word(`titles.${state}`), instruction: word(`instructions.${state}`) };
  return { shape, title: word(`advice.${advice}`), instruction: word(`advice.${advice}_how`, { seconds: Math.ceil(seconds ?? 0) }) };
}
