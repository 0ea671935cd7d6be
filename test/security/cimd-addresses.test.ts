import { describe, expect, test } from 'vitest'
import { addressGroup } from '../../src/limits/index.ts'
import { classifyAddress, createGuardedFetch } from '../../src/outbound/index.ts'
import { spyOnSockets } from './support/socket-spy.ts'

const FAST = { failureBucketMilliseconds: 1 }

const IPV4 = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  '2130706433',
  '0177.0.0.1',
  '１２７.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '192.0.0.1',
  '192.0.0.192',
  '198.18.0.1',
  '198.19.255.255',
  '192.0.2.1',
  '198.51.100.1',
  '203.0.113.1',
  '192.88.99.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
]

const IPV6 = [
  '::1',
  '::',
  'fc00::1',
  'fdff::1',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'ff02::1',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  '::ffff:8.8.8.8',
  '::10.0.0.1',
  '::8.8.8.8',
  '64:ff9b::10.0.0.1',
  '64:ff9b::808:808',
  '64:ff9b:1::10.0.0.1',
  '2002:a00:1::1',
  '2002:808:808::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '::ffff:0:10.0.0.1',
  '2606:4700::5efe:10.0.0.1',
  '2606:4700::200:5efe:8.8.8.8',
  'fe80::5efe:10.0.0.1',
  '2001:db8::1',
  '3fff::1',
  '5f00::1',
  '100::1',
  '4000::1',
  'fe80::1%eth0',
  '2606:4700::1111%1',
]

describe('SEC-179 addresses of no public IPv4 host, in every spelling', () => {
  test.each(IPV4)('%s is not asked', async (address) => {
    const sockets = spyOnSockets()
    const answer = await createGuardedFetch(FAST)(`https://${address}/client.json`)
    expect(answer.kind).toBe('refused')
    // As a DNS answer too, where it is written like one.
    const fetch = createGuardedFetch({ ...FAST, lookup: async () => [address] })
    expect(await fetch('https://client.example.com/c')).toEqual({
      kind: 'refused',
      reason: 'address',
    })
    expect(sockets.opened).toBe(0)
  })

  test.each(['8.8.8.8', '1.1.1.1', '193.0.0.1', '172.32.0.1', '100.128.0.1', '223.255.255.254'])(
    '%s is public',
    (address) => {
      expect(classifyAddress(address)).toBe('public')
    },
  )
})

describe('SEC-180 addresses of no public IPv6 host, and those with an IPv4 address inside', () => {
  test.each(IPV6)('%s is not asked', async (address) => {
    const sockets = spyOnSockets()
    const answer = await createGuardedFetch(FAST)(`https://[${address}]/client.json`)
    expect(answer.kind).toBe('refused')
    const fetch = createGuardedFetch({ ...FAST, lookup: async () => [address] })
    expect(await fetch('https://client.example.com/c')).toEqual({
      kind: 'refused',
      reason: 'address',
    })
    expect(sockets.opened).toBe(0)
  })

  test.each(['2606:4700::1111', '2a00:1450:4001:82a::200e', '2001:4860:4860::8888'])(
    '%s is public',
    (address) => {
      expect(classifyAddress(address)).toBe('public')
    },
  )
})

describe('SEC-181 names that stay inside', () => {
  test.each([
    'localhost',
    'localhost.',
    'a.localhost',
    'metadata.google.internal',
    'vault.internal',
    'printer.local',
    'intranet',
    'kubernetes.default.svc',
    'api.default.svc.cluster.local',
    'router.lan',
    'host.home.arpa',
    'client.example.com.',
  ])('%s is not looked up', async (name) => {
    const sockets = spyOnSockets()
    let lookups = 0
    const lookup = async (): Promise<readonly string[]> => {
      lookups += 1
      return ['8.8.8.8']
    }
    const answer = await createGuardedFetch({ lookup })(`https://${name}/client.json`)
    expect(answer).toEqual({ kind: 'refused', reason: 'name' })
    expect([lookups, sockets.opened]).toEqual([0, 0])
  })
})

describe('SEC-182 one private address among the answers is enough', () => {
  test.each([
    ['a mix', ['8.8.8.8', '10.0.0.1']],
    ['a mix of families', ['2606:4700::1111', '::1']],
    ['the last of 50', [...Array.from({ length: 49 }, (_, i) => `8.8.8.${i}`), '169.254.169.254']],
    ['what is no address', ['8.8.8.8', 'internal.example.com']],
  ])('%s', async (_title, addresses) => {
    const sockets = spyOnSockets()
    const fetch = createGuardedFetch({ ...FAST, lookup: async () => addresses })
    expect(await fetch('https://client.example.com/c')).toEqual({
      kind: 'refused',
      reason: 'address',
    })
    expect(sockets.opened).toBe(0)
  })
})

test('SEC-208 limits see one party in the addresses of one /64', () => {
  expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
  expect(addressGroup('2001:db8:1:2::1')).toBe('2001:db8:1:2::/64')
  expect(addressGroup('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64')
  expect(addressGroup('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  expect(addressGroup('192.0.2.7')).toBe('192.0.2.7')
  expect(addressGroup('::ffff:192.0.2.7')).toBe('192.0.2.7')
  expect(addressGroup('::ffff:c000:207')).toBe('192.0.2.7')
  expect(addressGroup('')).toBe('unknown')
  expect(addressGroup('x')).toBe('unknown')
})
