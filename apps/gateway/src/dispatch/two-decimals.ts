const HUNDREDTHS = Array.from({ length: 100 }, (_, place) => `.${String(place).padStart(2, '0')}`);

// Up to here a product with 100 is off by less than `TOO_NEAR`.
const MOST = 2 ** 31;
const TOO_NEAR = 1e-6;

/** What `toFixed(2)` gives, without a call of the runtime for the numbers that are common. */
export function twoDecimals(value: number): string {
  const scaled = value * 100;
  const below = Math.floor(scaled);
  const rest = scaled - below;
  // Half-way, the product may be on another side than the value is. Numbers that are none fail the first comparison.
  if (!(scaled >= 0 && scaled < MOST) || Math.abs(rest - 0.5) < TOO_NEAR) return value.toFixed(2);
  const rounded = rest < 0.5 ? below : below + 1;
  const whole = Math.floor(rounded / 100);
  return `${whole}${HUNDREDTHS[rounded - whole * 100] ?? ''}`;
}
