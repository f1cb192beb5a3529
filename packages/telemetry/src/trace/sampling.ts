import { TraceFlags } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';

import type { TraceVariables } from './tracing.js';

/** Which traces are kept. */
export interface Sampling {
  /** The share of the traces that begin here, from 0 to 1. */
  readonly ratio: number;
  /** Whether a trace that began elsewhere is kept where it is kept there; otherwise it is treated as one that begins here. */
  readonly asParent: boolean;
}

export interface SampledTrace {
  /** 32 hex digits, not all of them 0. */
  readonly traceId: string;
  /** Of the parent, where there is one. */
  readonly parentFlags: number | undefined;
}

/** (OpenTelemetry SDK environment variables, OTEL_TRACES_SAMPLER; an unknown name means the default.) */
export function chooseSampling(variables: TraceVariables): Sampling {
  const ratio = parseRatio(variables['OTEL_TRACES_SAMPLER_ARG']);
  switch (variables['OTEL_TRACES_SAMPLER']) {
    case 'always_on':
      return { ratio: 1, asParent: false };
    case 'always_off':
      return { ratio: 0, asParent: false };
    case 'traceidratio':
      return { ratio, asParent: false };
    case 'parentbased_always_off':
      return { ratio: 0, asParent: true };
    case 'parentbased_traceidratio':
      return { ratio, asParent: true };
    default:
      return { ratio: 1, asParent: true };
  }
}

/** The SDK's sampler, for the spans that are handed to it. */
export function samplerFor({ ratio, asParent }: Sampling): Sampler {
  const root = rootSampler(ratio);
  return asParent ? new ParentBasedSampler({ root }) : root;
}

/** What the SDK's sampler says, at a fraction of its cost: most traces are of no interest. */
export function isSampled({ ratio, asParent }: Sampling, { traceId, parentFlags }: SampledTrace): boolean {
  if (asParent && parentFlags !== undefined) return (parentFlags & TraceFlags.SAMPLED) !== 0;
  if (ratio === 0 || ratio === 1) return ratio === 1;
  const below = Math.floor(ratio * 0xffff_ffff);
  // Its highest bits alone say no to most of them.
  return foldedDigits(traceId, 0, 2) <= below >>> 24 && foldedId(traceId) < below;
}

function rootSampler(ratio: number): Sampler {
  if (ratio === 0) return new AlwaysOffSampler();
  return ratio === 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(ratio);
}

/** An id's four parts of 32 bits, folded into one by XOR: what the SDK's sampler compares with the ratio. */
function foldedId(traceId: string): number {
  return foldedDigits(traceId, 0, 4) * 0x1_0000 + foldedDigits(traceId, 4, 8);
}

/** The digits of each of the four parts from one place to another, folded. */
function foldedDigits(traceId: string, from: number, to: number): number {
  let folded = 0;
  for (let place = from; place < to; place += 1) {
    folded =
      (folded << 4) |
      (digit(traceId, place) ^ digit(traceId, place + 8) ^ digit(traceId, place + 16) ^ digit(traceId, place + 24));
  }
  return folded;
}

const NINE = 0x39;
const ZERO = 0x30;
const BEFORE_A = 0x61 - 10;

/** Of a hex digit in lower case, as all ids are written. (W3C Trace Context, section 3.2.2.3) */
function digit(text: string, place: number): number {
  const code = text.charCodeAt(place);
  return code <= NINE ? code - ZERO : code - BEFORE_A;
}

function parseRatio(text: string | undefined): number {
  const ratio = text === undefined || text === '' ? 1 : Number(text);
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}
