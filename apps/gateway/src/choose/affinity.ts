import { hashStablePrefix, readConversation } from '@switchyard/dialects';
import { affinityKeys, type Affinity, type AffinityKeys } from '@switchyard/routing';

import { headerOf } from '../accept/client-headers.js';
import type { RequestContext } from '../accept/request-context.js';

const NOTHING: AffinityKeys = {};

/** What a request is to stay with a credential for; costs nothing where the operator did not ask for it. */
export function affinityOf(
  { request, facts }: Pick<RequestContext, 'request' | 'facts'>,
  body: Buffer,
  affinity: Affinity | undefined,
): AffinityKeys {
  if (affinity === undefined || (!affinity.session && !affinity.promptCache)) return NOTHING;
  const spans = facts?.conversation;
  return affinityKeys(
    {
      header: (name) => headerOf(request.headers, name),
      conversation: spans === undefined ? {} : readConversation(body, spans),
      prefixHash: () => (spans === undefined ? undefined : hashStablePrefix(body, spans)),
    },
    affinity,
  );
}
