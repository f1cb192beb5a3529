const CODE = /^ {2}(\w+): \{ status: (\d+), retryable: (true|false), scope: '(\w+)' \}/gm;
const SECTION = /^## `(\w+)`\n\n(.*)$/gm;

/**
 * Every error code has a section in docs/errors.md that says its facts, and every section has a code.
 *
 * @param {string} codesSource The text of packages/canonical/src/errors/codes.ts.
 * @param {string} page
 * @returns {readonly string[]}
 */
export function checkErrorDocs(codesSource, page) {
  const sections = new Map([...page.matchAll(SECTION)].map(([, code, facts]) => [code, facts]));
  const codes = [...codesSource.matchAll(CODE)];
  const known = new Set(codes.map(([, code]) => code));
  return [
    ...(codes.length === 0 ? ['packages/canonical/src/errors/codes.ts: no code was found'] : []),
    ...codes.flatMap(([, code, status, retryable, scope]) => {
      const facts = `${status} · ${retryable === 'true' ? 'retry' : 'do not retry'} · ${scope}`;
      if (!sections.has(code)) return [`docs/errors.md: has no section for ${code}`];
      return sections.get(code) === facts ? [] : [`docs/errors.md: ${code} must say "${facts}"`];
    }),
    ...[...sections.keys()].filter((code) => !known.has(code)).map((code) => `docs/errors.md: ${code} is not a code`),
  ];
}
