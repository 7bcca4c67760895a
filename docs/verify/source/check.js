// Reads a check code and says what it is worth. No network: the page's policy forbids every request.

const NEEDED = { W: "not_worker", P: "not_web", N: "not_network", H: "not_hardware" };
const OLD_AFTER_S = 120;
const CODE =
  /^(LIMEN1\/K:([0-9A-F]{64})\/V:([0-9A-Z.+-]{1,24})\/C:([0-9A-F]{64})\/R:([0-9A-F]{64})\/A:([0-9A-F]{32})\/T:([0-9]{8}T[0-9]{6}Z)\/F:([A-Z]*))\/S:([0-9A-F]{128})$/;

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words").textContent);
let language = (navigator.languages ?? []).map((one) => one.slice(0, 2)).find((one) => one in words) ?? "en";
let latest = "";

// ---- what a code says

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
}

function read(text) {
  const found = CODE.exec(text.trim());
  if (found === null) return null;
  const [, signed, key, version, code, register, head, time, facts, signature] = found;
  const iso = time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const at = Date.parse(iso);
  return Number.isNaN(at) ? null : { signed, key, version, code, register, head, at, facts, signature };
}

// Ed25519 in plain JavaScript works everywhere; a browser that has it too must agree.
async function holds(said) {
  const message = new TextEncoder().encode(said.signed);
  const signature = bytes(said.signature);
  if (!nacl.sign.detached.verify(message, signature, bytes(said.key))) return false;
  try {
    const key = await crypto.subtle.importKey("raw", bytes(said.key), "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    return true; // this browser has none of its own
  }
}

// ---- what this phone remembers of stations that were compared with paper

const KEPT = "limen.stations";
let stations = {};
let remembers = true;
try {
  stations = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
} catch {
  remembers = false;
}

function remember(said) {
  stations[said.key] = { code: said.code, register: said.register, at: said.at };
  save();
}

function save() {
  try {
    localStorage.setItem(KEPT, JSON.stringify(stations));
  } catch {
    remembers = false;
  }
}

// ---- the judgement: the first sentence is the answer

async function judge(text, now = Date.now()) {
  const said = read(text);
  if (said === null) return { level: "bad", told: [["no_code"]] };
  if (!(await holds(said))) return { level: "bad", told: [["changed"]] };
  const told = [];
  const known = stations[said.key];
  const age = Math.round((now - said.at) / 1000);
  if (known === undefined && Object.keys(stations).length > 0) told.push(["other_station"]);
  if (known !== undefined && said.at < known.at) told.push(["older_than_seen", { time: moment(known.at) }]);
  if (age > OLD_AFTER_S) told.push(["old", { age: span(age), time: moment(said.at) }]);
  if (age < -OLD_AFTER_S) told.push(["ahead", { age: span(-age), time: moment(said.at) }]);
  for (const [letter, word] of Object.entries(NEEDED)) if (!said.facts.includes(letter)) told.push([word]);
  if (known !== undefined && known.code !== said.code) told.push(["other_code"]);
  if (known !== undefined && known.register !== said.register) told.push(["other_register"]);
  const refused = told.length > 0;
  if (said.facts.includes("S")) told.push(["simulated"]);
  if (known === undefined) told.push(["unknown_station"]);
  if (!refused) told.unshift([known === undefined ? "signed" : "good"]);
  if (!refused && known !== undefined) {
    known.at = said.at;
    save();
  }
  return { level: refused ? "bad" : known === undefined ? "new" : "good", told, said, age };
}

// ---- words

function word(key, values = {}) {
  const sentence = words[language][key] ?? words.en[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function moment(at) {
  return new Date(at).toLocaleString(language);
}

function span(seconds) {
  for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (seconds >= 2 * length) {
      return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(seconds / length));
    }
  }
  return new Intl.NumberFormat(language, { style: "unit", unit: "second", unitDisplay: "long" }).format(seconds);
}

function grouped(hex) {
  return hex.match(/.{1,4}/g).join(" ");
}

function speak(code) {
  language = code;
  document.documentElement.lang = code;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === code));
  }
  if (latest) show(latest);
}

// ---- the answer on the page

async function show(text) {
  latest = text;
  const { level, told, said } = await judge(text);
  const answer = $("answer");
  answer.dataset.level = level;
  answer.hidden = false;
  const sentences = told.map(([key, values], index) => {
    const element = document.createElement(index === 0 ? "h2" : "p");
    element.dataset.told = key;
    element.textContent = word(key, values);
    return element;
  });
  $("told").replaceChildren(...sentences);
  $("keep").hidden = level !== "new";
  $("not-kept").hidden = remembers;
  const rows = said
    ? [
        ["key", grouped(said.key)],
        ["time", moment(said.at)],
        ["version", said.version],
        ["code", grouped(said.code)],
        ["register", grouped(said.register)],
        ["head", grouped(said.head)],
      ]
    : [];
  $("said").replaceChildren(
    ...rows.flatMap(([name, value]) => {
      const term = document.createElement("dt");
      const definition = document.createElement("dd");
      term.textContent = word(name);
      definition.textContent = value;
      return [term, definition];
    }),
  );
}

// ---- where a code comes from: camera, picture, text

const canvas = document.createElement("canvas");

function decode(source, width, height) {
  for (const side of [1600, 1000, 600]) {
    const scale = Math.min(1, side / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const found = jsQR(context.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height);
    if (found?.data) return found.data;
    if (scale === 1) break;
  }
  return null;
}

function explain(key) {
  $("problem").textContent = key ? word(key) : "";
}

let stream = null;

function stopCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  $("film").hidden = true;
}

async function startCamera() {
  explain("");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    explain("no_camera");
    return;
  }
  const film = $("film");
  film.srcObject = stream;
  film.hidden = false;
  await film.play();
  const look = () => {
    if (stream === null) return;
    const text = film.videoWidth ? decode(film, film.videoWidth, film.videoHeight) : null;
    if (text === null) {
      setTimeout(look, 150);
    } else {
      stopCamera();
      show(text);
    }
  };
  look();
}

async function takePicture(file) {
  explain("");
  try {
    const bitmap = await createImageBitmap(file);
    const text = decode(bitmap, bitmap.width, bitmap.height);
    if (text === null) explain("no_qr");
    else show(text);
  } catch {
    explain("no_picture");
  }
}

$("camera").addEventListener("click", () => (stream === null ? startCamera() : stopCamera()));
$("picture").addEventListener("change", (event) => event.target.files[0] && takePicture(event.target.files[0]));
$("text").addEventListener("input", (event) => {
  const text = event.target.value.trim();
  if (text) show(text);
});
$("keep").addEventListener("click", () => {
  remember(read(latest));
  show(latest);
});
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => speak(button.dataset.language));
}
speak(language);
