// The words of the screens. All languages are in the page, so that a screen can say in the guard's
// language that it has lost the station.

const catalogues = JSON.parse(document.getElementById("catalogues").textContent);
const KEPT = "limen.language";

let language = document.documentElement.lang;

export function currentLanguage() {
  return language;
}

export function languages() {
  return Object.keys(catalogues);
}

export function word(path, values = {}, code = language) {
  const [section, key] = path.split(".");
  const sentence = catalogues[code][section]?.[key] ?? catalogues.en[section]?.[key] ?? path;
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function number(value, digits = 1) {
  return new Intl.NumberFormat(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

// Why the station did not do what it was asked for.
export function refusal({ status, retry_after_s: wait }) {
  if (status === 429) return `${word("admin.too_soon")} ${word("admin.wait", { seconds: wait })}`;
  return word(status === 503 ? "admin.not_saved" : "ui.request_failed");
}

export function speak(code) {
  if (!(code in catalogues)) return;
  language = code;
  document.documentElement.lang = code;
  try {
    localStorage.setItem(KEPT, code);
  } catch {
    // A kiosk may forbid it; the choice then lasts until the page is loaded again.
  }
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word, element.dataset);
  }
  for (const element of document.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === code));
  }
}

export function speakAsBefore() {
  let kept = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // see above
  }
  speak(kept in catalogues ? kept : language);
}
