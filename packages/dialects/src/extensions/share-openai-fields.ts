import type { Extensions } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { restOf } from '../json/json-object.js';
import { objectOf } from '../json/read-json.js';
import { extensionsOf, ownFields } from './extensions.js';

type OpenaiDialect = 'openai-chat' | 'openai-responses';

/** What both of OpenAI's dialects have under one name. (OpenAI API reference, chat completions and responses) */
const SHARED = ['prompt_cache_key', 'prompt_cache_retention', 'safety_identifier'];

/** A request's fields with those of the sibling dialect that `dialect` has as well moved to its own. */
export function shareOpenaiFields(dialect: OpenaiDialect, extensions: Extensions | undefined): Extensions | undefined {
  const sibling = dialect === 'openai-chat' ? 'openai-responses' : 'openai-chat';
  const theirs = extensions?.[sibling];
  if (theirs === undefined) return extensions;
  const { moved, left } = dialect === 'openai-chat' ? toChat(theirs) : toResponses(theirs);
  return {
    ...restOf(extensions ?? {}, [sibling]),
    ...extensionsOf(sibling, left),
    ...extensionsOf(dialect, { ...moved, ...ownFields(dialect, extensions) }),
  };
}

interface Split {
  readonly moved: JsonObject;
  readonly left: JsonObject | undefined;
}

function toChat(fields: JsonObject): Split {
  const { text, ...others } = fields;
  const { verbosity, ...restOfText } = objectOf(text);
  return {
    moved: { ...pick(others), ...restOf({ verbosity }, []) },
    left: restOf({ ...others, text: restOf(restOfText, []) }, SHARED),
  };
}

function toResponses(fields: JsonObject): Split {
  const { verbosity, ...others } = fields;
  return {
    moved: { ...pick(others), ...(verbosity !== undefined && { text: { verbosity } }) },
    left: restOf(others, SHARED),
  };
}

function pick(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => SHARED.includes(key)));
}
