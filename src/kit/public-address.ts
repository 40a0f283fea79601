import { BlockList, isIP } from 'node:net'

/** What the registries of special-purpose addresses (RFC 6890 and its successors) keep from the public internet. */
const reserved4: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local; the metadata services of most clouds are here.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // The host's own services in Azure, although the address is a public one.
  ['168.63.129.16', 32],
]
/** Parts of 2000::/3 that lead elsewhere: Teredo and other protocols, documentation, 6to4. */
const reserved6: readonly (readonly [network: string, bits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const denied4 = new BlockList()
for (const [network, bits] of reserved4) denied4.addSubnet(network, bits, 'ipv4')
const denied6 = new BlockList()
for (const [network, bits] of reserved6) denied6.addSubnet(network, bits, 'ipv6')
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

/**
 * True for an IP address of the public internet. False for everything else: private, loopback, link-local, shared, multicast and reserved
 * ones, IPv6 addresses that stand for an IPv4 address, and text that is no address in its usual spelling.
 */
export function isPublicAddress(address: string): boolean {
  switch (address.includes('%') ? 0 : isIP(address)) {
    case 4:
      return !denied4.check(address, 'ipv4')
    case 6:
      return global6.check(address, 'ipv6') && !denied6.check(address, 'ipv6')
    default:
      return false
  }
}
