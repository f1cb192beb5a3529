import { createHash, timingSafeEqual } from 'node:crypto';

import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { GatewayError } from '@switchyard/canonical';
import type { FastifyRequest } from 'fastify';

export const OWNER_TOKEN = Symbol('OWNER_TOKEN');
export const WIRE_TOKEN = Symbol('WIRE_TOKEN');

/** Lets the operator in. */
@Injectable()
export class OwnerGuard implements CanActivate {
  constructor(@Inject(OWNER_TOKEN) private readonly token: string) {}

  canActivate(context: ExecutionContext): boolean {
    return requireBearer(
      context,
      this.token,
      'the owner token (SWITCHYARD_OWNER_TOKEN, or owner-token in the data folder)',
    );
  }
}

/** Lets the data plane in. */
@Injectable()
export class WireGuard implements CanActivate {
  constructor(@Inject(WIRE_TOKEN) private readonly token: string) {}

  canActivate(context: ExecutionContext): boolean {
    return requireBearer(context, this.token, 'the wire token (SWITCHYARD_WIRE_TOKEN)');
  }
}

function requireBearer(context: ExecutionContext, token: string, what: string): true {
  const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
  const given = /^Bearer +(?<token>\S+) *$/i.exec(authorization ?? '')?.groups?.['token'];
  if (given === undefined) throw new GatewayError('missing_api_key', `send ${what} as "Authorization: Bearer ..."`);
  if (!isSame(given, token)) throw new GatewayError('invalid_api_key', `this is not ${what}`);
  return true;
}

/** In a time that tells nothing of where, or whether in length, the two differ. */
function isSame(given: string, wanted: string): boolean {
  const [left, right] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
