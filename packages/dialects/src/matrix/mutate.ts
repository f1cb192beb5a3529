import fc from 'fast-check';

import { isJsonObject } from '../json/json-object.js';

type Path = readonly (string | number)[];

type Change =
  | { readonly type: 'drop' }
  | { readonly type: 'wrap' }
  | { readonly type: 'text' }
  | { readonly type: 'repeat' }
  | { readonly type: 'replace'; readonly by: unknown };

const ODD_VALUES = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  'null',
  '{',
  [],
  {},
  [null],
  [[]],
  { type: 'text' },
  { type: 7 },
  // What every object has: a table that is merely indexed finds them.
  'constructor',
  'toString',
  '__proto__',
];

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom<Change>({ type: 'drop' }, { type: 'wrap' }, { type: 'text' }, { type: 'repeat' }),
  fc.constantFrom(...ODD_VALUES).map((by): Change => ({ type: 'replace', by })),
  fc.jsonValue({ maxDepth: 2 }).map((by): Change => ({ type: 'replace', by })),
);

/** One of the values with some of its nodes dropped, replaced, given another type or repeated. */
export function mutated(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const changes = fc.array(fc.tuple(fc.nat(), change), { minLength: 1, maxLength: 3 });
  return fc.tuple(values, changes).map(([value, list]) => {
    return list.reduce<unknown>((current, [seed, made]) => {
      const paths = pathsOf(current);
      return changeAt(current, paths[seed % paths.length] ?? [], made);
    }, value);
  });
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => pathsOf(item, [...path, index]))];
  if (!isJsonObject(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, field]) => pathsOf(field, [...path, key]))];
}

function changeAt(value: unknown, [key, ...rest]: Path, made: Change): unknown {
  if (key === undefined) return changed(value, made);
  if (Array.isArray(value)) {
    if (rest.length > 0) return value.map((item, index) => (index === key ? changeAt(item, rest, made) : item));
    const items =
      made.type === 'drop'
        ? []
        : made.type === 'repeat'
          ? [value[Number(key)], value[Number(key)]]
          : [changed(value[Number(key)], made)];
    return value.toSpliced(Number(key), 1, ...items);
  }
  if (!isJsonObject(value)) return value;
  const { [key]: field, ...others } = value;
  return made.type === 'drop' && rest.length === 0 ? others : { ...others, [key]: changeAt(field, rest, made) };
}

function changed(value: unknown, made: Change): unknown {
  switch (made.type) {
    case 'drop':
      return undefined;
    case 'wrap':
      return [value];
    case 'text':
      return typeof value === 'string' ? Number(value) || 0 : JSON.stringify(value);
    case 'repeat':
      return value;
    case 'replace':
      return made.by;
  }
}
