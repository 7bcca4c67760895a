// What a station at a door will do in a day: the sums of service/acceptance/necessity.py.

/**
 * @param {{visitors_per_day: number, prevalence: number, sensitivity: number, specificity: number}} load
 * @returns {{alarms: number, wrong: number, missed: number, right_share: number|null, days_per_find: number|null}}
 */
export function expected(load) {
  const febrile = load.visitors_per_day * load.prevalence;
  const found = febrile * load.sensitivity;
  const wrong = (load.visitors_per_day - febrile) * (1 - load.specificity);
  const alarms = found + wrong;
  return {
    alarms,
    wrong,
    missed: febrile - found,
    right_share: alarms > 0 ? found / alarms : null,
    days_per_find: found > 0 ? 1 / found : null,
  };
}
