/**
 * What a table says of a word that came from outside; undefined where it says nothing, or there is no word.
 *
 * A table that is merely indexed also answers for what every object has, such as `constructor`, and with something of another
 * type than it holds.
 */
export function lookUp<Value>(table: Readonly<Record<string, Value>>, word: string | undefined): Value | undefined {
  return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}
