import type { CanonicalRequest, Warning } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import type { ModelTraits } from './model-traits.js';

export interface SamplingContext {
  readonly traits: ModelTraits;
  readonly thinks: boolean;
}

/** `temperature`, `top_p` and `top_k` within what the model takes, noting what had to give way. */
export function encodeSampling(request: CanonicalRequest, context: SamplingContext, warnings: Warning[]): JsonObject {
  if (context.traits.sampling === 'none') return dropSampling(request, warnings);
  const temperature = encodeTemperature(request.temperature, context, warnings);
  const topP = encodeTopP(request.topP, { ...context, hasTemperature: temperature !== undefined }, warnings);
  const topK = encodeTopK(request.topK, context, warnings);
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
  };
}

/** The default values are dropped in silence: they ask for what happens anyway. */
function dropSampling(request: CanonicalRequest, warnings: Warning[]): JsonObject {
  const asked: readonly (readonly [string, boolean])[] = [
    ['temperature', request.temperature !== undefined && request.temperature !== 1],
    ['topP', request.topP !== undefined && request.topP !== 1],
    ['topK', request.topK !== undefined],
  ];
  for (const [field, isAsked] of asked) {
    if (isAsked) warnings.push({ type: 'dropped', field, reason: 'this model takes no sampling parameters' });
  }
  return {};
}

function encodeTemperature(
  temperature: number | undefined,
  { thinks }: SamplingContext,
  warnings: Warning[],
): number | undefined {
  if (temperature === undefined) return undefined;
  if (thinks) {
    // Thinking requires the default temperature, which is 1. (Extended thinking, feature compatibility)
    if (temperature !== 1) {
      warnings.push({ type: 'approximated', field: 'temperature', reason: 'it is 1 while the model thinks' });
    }
    return undefined;
  }
  if (temperature <= 1) return temperature;
  warnings.push({ type: 'approximated', field: 'temperature', reason: 'anthropic-messages goes up to 1' });
  return 1;
}

function encodeTopP(
  topP: number | undefined,
  { traits, thinks, hasTemperature }: SamplingContext & { readonly hasTemperature: boolean },
  warnings: Warning[],
): number | undefined {
  if (topP === undefined) return undefined;
  if (hasTemperature && traits.sampling === 'temperature-or-top-p') {
    if (topP !== 1)
      warnings.push({ type: 'dropped', field: 'topP', reason: 'this model takes temperature or top_p, not both' });
    return undefined;
  }
  if (!thinks || topP >= 0.95) return topP;
  warnings.push({ type: 'approximated', field: 'topP', reason: 'it is at least 0.95 while the model thinks' });
  return 0.95;
}

function encodeTopK(topK: number | undefined, { thinks }: SamplingContext, warnings: Warning[]): number | undefined {
  if (topK === undefined || !thinks) return topK;
  warnings.push({ type: 'dropped', field: 'topK', reason: 'it cannot be set while the model thinks' });
  return undefined;
}
