/** A count, or a reading that goes up and down. */
export class NumberSeries {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }

  set(value: number): void {
    this.value = value;
  }
}
