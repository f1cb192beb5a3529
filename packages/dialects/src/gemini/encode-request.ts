import type { CanonicalRequest } from '@switchyard/canonical';

import type { EncodeRequestOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { refuseServerState } from '../extensions/refuse-server-state.js';
import { compact } from '../json/json-object.js';
import { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { encodeToolNames } from '../tool-names/tool-names.js';
import { GEMINI } from './decode-parts.js';
import { encodeContents } from './encode-contents.js';
import { encodeGenerationConfig } from './generation-config.js';
import { modelTraits, type ModelTraits } from './model-traits.js';
import { encodeTools, TOOL_NAMES } from './tools.js';

/** A generateContent body. Model and method stand in the path, so it has neither `model` nor `stream`. */
export function encodeRequest(given: CanonicalRequest, options: EncodeRequestOptions): WithWarnings<JsonObject> {
  refuseServerState(given, GEMINI);
  const request = encodeToolNames(given, TOOL_NAMES);
  const log = new LossLog(GEMINI);
  log.foreignFields(request.extensions, '');
  const traits = traitsOf(options);
  const { systemInstruction, contents } = encodeContents(request, traits, log);
  const config = encodeGenerationConfig(request, traits, log);
  const fields = compact({
    systemInstruction,
    contents,
    ...encodeTools(request, log),
    generationConfig: Object.keys(config).length === 0 ? undefined : config,
    serviceTier: encodeServiceTier(request.serviceTier, log),
  });
  noteInexpressible(request, log);
  return { value: withFields(fields, ownFields(GEMINI, request.extensions)), warnings: log.warnings };
}

function traitsOf({ model, thinking: limits }: EncodeRequestOptions): ModelTraits {
  const traits = modelTraits(model);
  return limits === undefined ? traits : { ...traits, thinking: { type: 'declared', limits } };
}

/** `default` and `standard_only` are the words of others for no priority capacity; `auto` asks for nothing. */
function encodeServiceTier(tier: string | undefined, log: LossLog): string | undefined {
  switch (tier) {
    case undefined:
    case 'auto':
      return undefined;
    case 'standard':
    case 'flex':
    case 'priority':
      return tier;
    case 'default':
    case 'standard_only':
      log.approximated('serviceTier', `${tier} became standard`);
      return 'standard';
    default:
      log.dropped('serviceTier', `gemini has no tier ${tier}`);
      return undefined;
  }
}

function noteInexpressible({ userId, metadata, reasoningSummary }: CanonicalRequest, log: LossLog): void {
  if (reasoningSummary !== undefined) {
    log.approximated('reasoningSummary', 'gemini decides itself how thoughts are summarised');
  }
  if (userId !== undefined) log.dropped('userId', 'gemini takes no id of the user');
  for (const key of Object.keys(metadata ?? {})) log.dropped(`metadata.${key}`, 'gemini keeps no metadata');
}
