import { BlockList, isIP } from 'node:net';

import { GatewayError } from '@switchyard/canonical';
import type { RoutingKey } from '@switchyard/routing';

/** Where a request came from: the peer of its connection, and what proxies in between wrote. */
export interface Origin {
  readonly peer: string | undefined;
  readonly forwardedFor: string | undefined;
}

/**
 * The address of the client. What proxies wrote is believed as far as it was written by trusted ones: the last address
 * that is not one of theirs. (RFC 7239, section 8.1, on the same list in another form)
 */
export function clientAddress({ peer, forwardedFor }: Origin, trusted: BlockList): string | undefined {
  if (peer === undefined || forwardedFor === undefined || !contains(trusted, peer)) return peer;
  const hops = forwardedFor.split(',').map((hop) => hop.trim());
  return hops.findLast((hop) => isIP(hop) === 0 || !contains(trusted, hop)) ?? peer;
}

/** @throws GatewayError `address_not_allowed` for a key that may not be used from there. */
export function checkSourceAddress(key: RoutingKey, address: string | undefined): void {
  if (key.sourceAddresses === undefined) return;
  if (address !== undefined && contains(networksOf(key, key.sourceAddresses), address)) return;
  throw new GatewayError(
    'address_not_allowed',
    'this API key may not be used from this address: ask your operator which networks its source-addresses name',
  );
}

/** Addresses and networks in CIDR form, to look addresses up in. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}

/** A key is one object for as long as its snapshot lasts. */
const lists = new WeakMap<RoutingKey, BlockList>();

function networksOf(key: RoutingKey, networks: readonly string[]): BlockList {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list = networkList(networks);
  lists.set(key, list);
  return list;
}

function contains(list: BlockList, address: string): boolean {
  // A dual-stack socket writes IPv4 as `::ffff:192.0.2.7`.
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
  switch (isIP(plain)) {
    case 4:
      return list.check(plain, 'ipv4');
    case 6:
      return list.check(plain, 'ipv6');
    default:
      return false;
  }
}
