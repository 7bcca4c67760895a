// One line drawing per step, and per test of the battery: how things stand, in the colours of the page.

const CAMERA = '<rect x="14" y="46" width="34" height="26" rx="4"/><circle cx="52" cy="59" r="8"/><path d="M31 72v34M18 106h26"/>';
const FACE = '<circle cx="196" cy="52" r="20"/><path d="M172 106c0-22 10-34 24-34s24 12 24 34"/>';
const PLATE = '<rect x="150" y="22" width="16" height="16" fill="currentColor"/><path d="M158 38v68"/>';
const SCREEN = '<rect x="20" y="34" width="64" height="46" rx="4"/><path d="M52 80v16M36 96h32"/>';
const RAYS = '<path d="M62 56L170 26M62 62l110 32" stroke-dasharray="4 5"/>';

export const DRAWINGS = {
  unpack: '<path d="M40 50h90v50H40zM40 50l20-22h90l-20 22M130 50l20-22v50l-20 22"/><rect x="168" y="52" width="40" height="30" rx="4"/><circle cx="188" cy="67" r="9"/><path d="M178 96l7 7 14-16"/>',
  place: `${CAMERA}${FACE}${PLATE}${RAYS}<path d="M52 114h144M52 109v10M196 109v10"/>`,
  warm_up: `${CAMERA}<path d="M90 96h130M90 96V20"/><path d="M90 30c20 44 50 52 130 54"/>`,
  reference: `${CAMERA}${PLATE}<path d="M62 56l84-26" stroke-dasharray="4 5"/><rect x="184" y="20" width="42" height="54" rx="3"/><path d="M191 32h28M191 42h28M191 52h16"/><circle cx="214" cy="62" r="5"/>`,
  shape: `${CAMERA}<rect x="72" y="30" width="10" height="60" fill="currentColor"/><path d="M108 96h110M108 40c20 8 36 12 55 12s35-4 55-12" />`,
  sweep: `${CAMERA}${PLATE}<path d="M186 96h40M186 96l6-12h6l6-12h6l6-12h6l4-8M206 20v20m-7-13l7-7 7 7"/>`,
  surroundings: '<path d="M40 20h10v50a14 14 0 1 1-10 0z"/><circle cx="45" cy="82" r="7" fill="currentColor"/><path d="M110 24c-16 24-22 32-22 46a22 22 0 0 0 44 0c0-14-6-22-22-46z"/><circle cx="196" cy="48" r="15"/><path d="M196 20v-8M196 84v-8M168 48h-8M232 48h-8M170 92l52-52"/>',
  threshold: '<path d="M20 100h200M20 100V16M20 58h200" /><path d="M36 100V84h16v16M68 100V70h16v30M100 100V76h16v24M132 100V36h16v64M164 100V80h16v20" fill="currentColor"/>',
  battery: '<rect x="60" y="12" width="120" height="98" rx="6"/><path d="M76 34l6 6 12-14M76 62l6 6 12-14M76 90l6 6 12-14M108 34h56M108 62h56M108 90h56"/>',
  stability: `${CAMERA}${PLATE}${RAYS}<circle cx="212" cy="60" r="18"/><path d="M212 48v12l9 6"/>`,
  uniformity: `${CAMERA}<rect x="128" y="14" width="96" height="88" rx="4" stroke-dasharray="4 5"/><path d="M138 24h12v12h-12zM202 24h12v12h-12zM138 80h12v12h-12zM202 80h12v12h-12zM170 52h12v12h-12z" fill="currentColor"/>`,
  resolution: `${CAMERA}${PLATE}${RAYS}<path d="M182 62l6-10 5 16 6-24 6 28 6-18 5 8h8"/>`,
  alarm: `${SCREEN}${FACE}<path d="M98 46c6 6 6 16 0 22M108 38c12 12 12 26 0 38M118 30c18 18 18 36 0 54"/>`,
  not_functioning: `${SCREEN}<path d="M34 57h36"/><rect x="150" y="46" width="34" height="26" rx="4"/><circle cx="144" cy="59" r="8"/><path d="M167 72v34M154 106h26M128 43l32 32M160 43l-32 32"/>`,
  people: `${CAMERA}${FACE}<circle cx="136" cy="60" r="16"/><path d="M116 106c0-18 8-26 20-26s20 8 20 26M92 28h8v44a8 8 0 1 1-8 0z"/>`,
  sign: '<rect x="80" y="10" width="80" height="100" rx="4"/><path d="M92 28h56M92 42h56M92 56h36M92 80c8-12 12 8 20-2M128 80c8-12 12 8 20-2"/><circle cx="40" cy="44" r="12"/><path d="M24 84c0-16 6-24 16-24s16 8 16 24"/><circle cx="200" cy="44" r="12"/><path d="M184 84c0-16 6-24 16-24s16 8 16 24"/>',
  valid: '<rect x="60" y="20" width="120" height="88" rx="6"/><path d="M60 44h120M88 10v20M152 10v20M96 78l16 16 34-36"/>',
};

export function draw(svg, step) {
  svg.innerHTML = `<g fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">${DRAWINGS[step] ?? ""}</g>`;
}
