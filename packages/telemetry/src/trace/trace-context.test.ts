import { parseTraceParent } from '@opentelemetry/core';
import fc from 'fast-check';

import { parseTraceContext } from './trace-context.js';

const hex = (digits: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits }).map((all) => all.join(''));

const anyPlain = fc.tuple(hex(32), hex(16), hex(2)).map(([trace, span, flags]) => `00-${trace}-${span}-${flags}`);

const anyOther = fc.oneof(
  fc.string(),
  anyPlain.map((text) => text.toUpperCase()),
  anyPlain.map((text) => ` ${text} `),
  anyPlain.map((text) => `${text}\n`),
  fc.tuple(hex(2), anyPlain, fc.string()).map(([version, text, more]) => `${version}${text.slice(2)}-${more}`),
  fc.tuple(anyPlain, fc.nat({ max: 54 }), fc.string({ maxLength: 2 })).map(([text, at, put]) => {
    return `${text.slice(0, at)}${put}${text.slice(at + 1)}`;
  }),
  fc.constantFrom(
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ),
);

describe('parseTraceContext', () => {
  it('reads what the SDK reads, as the SDK does', () => {
    fc.assert(
      fc.property(fc.oneof(anyPlain, anyOther), (traceparent) => {
        const expected = parseTraceParent(traceparent);
        const parsed = parseTraceContext(traceparent, undefined);
        expect(parsed).toEqual(expected === null ? undefined : { ...expected, isRemote: true, traceState: undefined });
      }),
      { numRuns: 2_000 },
    );
  });
});
