/** Measures so many times, one after the other, and gives the middle one: a busy machine may hold any single one up. */
export async function middleOf(times: number, measure: (time: number) => Promise<number>): Promise<number> {
  const measured: number[] = [];
  for (let time = 0; time < times; time += 1) measured.push(await measure(time));
  return measured.toSorted((one, other) => one - other)[Math.floor(times / 2)] ?? Number.NaN;
}
