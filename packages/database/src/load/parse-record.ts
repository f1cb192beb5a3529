/** A JSON column that holds an object whose values are all alike. */
export function parseRecord<Value>(
  json: unknown,
  isValue: (value: unknown) => value is Value,
): Readonly<Record<string, Value>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new TypeError('a JSON column of the database holds no object');
  }
  const record: Record<string, Value> = {};
  for (const [name, value] of Object.entries(json)) {
    if (!isValue(value)) throw new TypeError(`a JSON column of the database holds an unexpected value for ${name}`);
    record[name] = value;
  }
  return record;
}
