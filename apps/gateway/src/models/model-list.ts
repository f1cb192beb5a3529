import { GatewayError, type DialectId } from '@switchyard/canonical';
import { listModels, type ListedModel } from '@switchyard/routing';

import type { Caller } from '../authenticate/authenticate.js';

// Nobody tells a gateway when a model was made; both APIs require the field.
const UNKNOWN_TIME = { seconds: 0, rfc3339: '1970-01-01T00:00:00Z' };

/** `GET /v1/models` as OpenAI (Models, list) or, for callers that send `anthropic-version`, Anthropic (Models, list) shapes it. */
export function modelList(caller: Caller, dialect: DialectId): Readonly<Record<string, unknown>> {
  const models = listModels(caller.view, caller.key).map((model) => modelEntry(model, dialect));
  if (dialect === 'openai-chat') return { object: 'list', data: models };
  return { data: models, has_more: false, first_id: models[0]?.['id'] ?? null, last_id: models.at(-1)?.['id'] ?? null };
}

/**
 * `GET /v1/models/{id}`.
 *
 * @throws GatewayError `model_not_found`.
 */
export function modelById(caller: Caller, id: string, dialect: DialectId): Readonly<Record<string, unknown>> {
  const model = listModels(caller.view, caller.key).find((listed) => listed.id === id);
  if (model === undefined) {
    throw new GatewayError('model_not_found', `the model "${id}" does not exist or this key may not use it`, {
      param: 'model',
    });
  }
  return modelEntry(model, dialect);
}

function modelEntry(model: ListedModel, dialect: DialectId): Readonly<Record<string, unknown>> {
  if (dialect === 'openai-chat') {
    return { id: model.id, object: 'model', created: UNKNOWN_TIME.seconds, owned_by: model.ownedBy };
  }
  return { type: 'model', id: model.id, display_name: model.id, created_at: UNKNOWN_TIME.rfc3339 };
}
