import { checkSourceAddress, clientAddress, networkList } from './source-address.js';

const KEY = { id: 'k', hash: 'h', tenantId: 't' };

describe('checkSourceAddress', () => {
  const key = { ...KEY, sourceAddresses: ['10.0.0.0/8', '192.0.2.7', 'fd00::/8'] };

  it.each(['10.1.2.3', '192.0.2.7', '::ffff:10.1.2.3', 'fd12::1'])('lets %s in', (address) => {
    expect(() => checkSourceAddress(key, address)).not.toThrow();
  });

  it.each(['11.0.0.1', '192.0.2.8', '::ffff:11.0.0.1', 'fe80::1', 'unknown', '', undefined])(
    'keeps %s out',
    (address) => {
      expect(() => checkSourceAddress(key, address)).toThrow(/may not be used from this address/);
    },
  );

  it('asks nothing of a key without networks', () => {
    expect(() => checkSourceAddress(KEY, undefined)).not.toThrow();
  });

  it('lets nobody in where the list is empty', () => {
    expect(() => checkSourceAddress({ ...KEY, sourceAddresses: [] }, '127.0.0.1')).toThrow();
  });
});

describe('clientAddress', () => {
  const trusted = networkList(['10.0.0.0/8']);

  it.each([
    ['198.51.100.1', '203.0.113.9', '198.51.100.1'],
    ['10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['10.0.0.1', 'forged, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['10.0.0.1', '203.0.113.9, nonsense', 'nonsense'],
    ['10.0.0.1', '10.0.0.3', '10.0.0.1'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    [undefined, '203.0.113.9', undefined],
  ])('behind %s saying %s is %s', (peer, forwardedFor, expected) => {
    expect(clientAddress({ peer, forwardedFor }, trusted)).toBe(expected);
  });
});
