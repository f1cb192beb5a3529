import { GatewayError, type DialectId } from '@switchyard/canonical';
import { listModels, type ListedModel } from '@switchyard/routing';

import type { Caller } from '../authenticate/authenticate.js';

type JsonObject = Readonly<Record<string, unknown>>;

// Nobody tells a gateway when a model was made; two of the APIs require the field.
const UNKNOWN_TIME = { seconds: 0, rfc3339: '1970-01-01T00:00:00Z' };

// Nobody tells a gateway either which of a provider's models embed: what the provider has is listed for all of them.
const CHAT_METHODS = ['generateContent', 'streamGenerateContent', 'countTokens'];
const EMBED_METHODS = ['embedContent', 'batchEmbedContents'];

/** The models a caller may use, in the shape of a dialect's own list. (OpenAI, Anthropic and Gemini API references, Models, list) */
export function modelList(caller: Caller, dialect: DialectId): JsonObject {
  const models = listModels(caller.view, caller.key).map((model) => modelEntry(model, dialect));
  switch (dialect) {
    case 'gemini':
      return { models };
    case 'anthropic-messages':
      return {
        data: models,
        has_more: false,
        first_id: models[0]?.['id'] ?? null,
        last_id: models.at(-1)?.['id'] ?? null,
      };
    default:
      return { object: 'list', data: models };
  }
}

/**
 * One model by its name.
 *
 * @throws GatewayError `model_not_found`.
 */
export function modelById(caller: Caller, id: string, dialect: DialectId): JsonObject {
  const model = listModels(caller.view, caller.key).find((listed) => listed.id === id);
  if (model === undefined) {
    throw new GatewayError('model_not_found', `the model "${id}" does not exist or this key may not use it`, {
      param: 'model',
    });
  }
  return modelEntry(model, dialect);
}

function modelEntry({ id, ownedBy, embeds }: ListedModel, dialect: DialectId): JsonObject {
  switch (dialect) {
    case 'gemini':
      return {
        name: `models/${id}`,
        displayName: id,
        supportedGenerationMethods: embeds ? [...CHAT_METHODS, ...EMBED_METHODS] : CHAT_METHODS,
      };
    case 'anthropic-messages':
      return { type: 'model', id, display_name: id, created_at: UNKNOWN_TIME.rfc3339 };
    default:
      return { id, object: 'model', created: UNKNOWN_TIME.seconds, owned_by: ownedBy };
  }
}
