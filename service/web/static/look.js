// How a screen looks and sounds, as its guard has chosen: kept in this browser alone, and gone with it.
// A volume has a floor: an alarm that nobody hears is none.

export const QUIETEST = 40;
const LOOKS = ["normal", "bright", "night"];

function kept(name) {
  try {
    return localStorage.getItem(`limen.${name}`);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`limen.${name}`, value);
  } catch {
    // A kiosk may forbid it; the choice then lasts until the page is loaded again.
  }
}

export function volume() {
  const value = Number(kept("volume") ?? 100);
  return Number.isFinite(value) ? Math.min(100, Math.max(QUIETEST, value)) : 100;
}

export function setVolume(value) {
  keep("volume", String(value));
}

export function look() {
  const value = kept("look");
  return LOOKS.includes(value) ? value : "normal";
}

export function setLook(value) {
  keep("look", value);
  document.documentElement.dataset.look = look();
}

document.documentElement.dataset.look = look();
