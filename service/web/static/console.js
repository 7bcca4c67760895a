// The way from the alert screen to the admin's console: Home held down, or the logo pressed, for two
// seconds. A guard who brushes a key gets nowhere; behind the way there is a password.

const HELD_MS = 2000;

export function openConsoleWhenHeld(logo) {
  let timer = 0;
  const begin = () => (timer ||= setTimeout(() => (location.href = "/admin"), HELD_MS));
  const end = () => {
    clearTimeout(timer);
    timer = 0;
  };
  document.addEventListener("keydown", (event) => event.key === "Home" && begin());
  document.addEventListener("keyup", (event) => event.key === "Home" && end());
  logo.addEventListener("pointerdown", begin);
  for (const sign of ["pointerup", "pointerleave", "pointercancel"]) logo.addEventListener(sign, end);
  window.addEventListener("blur", end);
}
