import { GatewayError } from '@switchyard/canonical';
import { resolve, withOperation, type Resolution } from '@switchyard/routing';

import type { RequestContext } from '../accept/request-context.js';
import type { Surface } from '../accept/surfaces.js';
import type { Caller } from '../authenticate/authenticate.js';

// Far longer than any model's name; what is longer is neither looked up nor repeated in a message or a log line.
const LONGEST_MODEL_NAME = 512;

/**
 * What the requested name stands for, for this caller and this operation. Notes what it stands for at all in the context.
 *
 * @throws GatewayError `model_not_found` or `operation_not_supported`.
 */
export function resolveRequest(context: RequestContext, caller: Caller, model: string): Resolution {
  if (model.length > LONGEST_MODEL_NAME) throw unknownModel(`${model.slice(0, 64)}...`);
  const resolution = resolve(caller.view, caller.key, model);
  if (resolution === undefined) throw unknownModel(model);
  context.resolution = resolution;
  const able = withOperation(resolution, context.surface.operation);
  if (able === undefined) throw unsupported(context.surface, resolution);
  return able;
}

function unknownModel(model: string): GatewayError {
  return new GatewayError(
    'model_not_found',
    `the model "${model}" does not exist or this key may not use it: GET /v1/models lists what it may`,
    { param: 'model' },
  );
}

function unsupported({ operation, path }: Surface, { model, targets }: Resolution): GatewayError {
  const providers = new Set(
    targets.flatMap(({ candidates }) => candidates.map(({ credential }) => credential.provider)),
  );
  return new GatewayError(
    'operation_not_supported',
    `the model "${model}" is not for ${path}: ${[...providers].join(' and ')} cannot be asked for ${operation}`,
    { param: 'model' },
  );
}
