import { ROOT_CONTEXT, SpanKind, trace, type SpanContext } from '@opentelemetry/api';
import { SamplingDecision, type Sampler } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';

import { chooseSampling, isSampled, samplerFor } from './sampling.js';

const hex = (digits: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''))
    .filter((id) => /[^0]/.test(id));

const anyParent: fc.Arbitrary<SpanContext | undefined> = fc.option(
  fc.record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.nat({ max: 255 }), isRemote: fc.constant(true) }),
  { nil: undefined },
);

const anySampling = fc
  .record({
    OTEL_TRACES_SAMPLER: fc.constantFrom(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
      'nonsense',
    ),
    OTEL_TRACES_SAMPLER_ARG: fc
      .oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1e-6, noNaN: true }), fc.constant(1))
      .map((ratio) => `${ratio}`),
  })
  .map(chooseSampling);

function saysYes(sampler: Sampler, traceId: string, parent: SpanContext | undefined): boolean {
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  const { decision } = sampler.shouldSample(context, traceId, 'x', SpanKind.SERVER, {}, []);
  return decision !== SamplingDecision.NOT_RECORD;
}

/** An id whose parts, folded, come to this. */
function idThatFoldsTo(folded: number, [a, b, c]: readonly [number, number, number]): string {
  return [a, b, c, a ^ b ^ c ^ folded].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}

describe('isSampled', () => {
  it('says what the sampler of the SDK says', () => {
    fc.assert(
      fc.property(anySampling, hex(32), anyParent, (sampling, fresh, parent) => {
        const traceId = parent?.traceId ?? fresh;
        const expected = saysYes(samplerFor(sampling), traceId, parent);
        expect(isSampled(sampling, { traceId, parentFlags: parent?.traceFlags })).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('says it also of ids next to where the ratio parts them', () => {
    const anyPart = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: -2, max: 2 }),
        fc.tuple(anyPart, anyPart, anyPart),
        (ratio, offset, parts) => {
          const folded = Math.min(0xffff_ffff, Math.max(0, Math.floor(ratio * 0xffff_ffff) + offset));
          const traceId = idThatFoldsTo(folded, parts);
          const sampling = { ratio, asParent: true };
          const expected = saysYes(samplerFor(sampling), traceId, undefined);
          expect(isSampled(sampling, { traceId, parentFlags: undefined })).toBe(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
