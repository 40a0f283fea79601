import { BlockList, isIP } from 'node:net'

/** What the IANA registries of special-purpose addresses keep from the public internet, and a cloud's own. */
const closedV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT; Alibaba's metadata
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure's platform service
  '169.254.0.0/16', // link-local; most clouds' metadata
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; Oracle's metadata
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]
/** The only part of IPv6 that is given out. What embeds an IPv4 address elsewhere (mapped, NAT64) lies outside it. */
const openV6 = '2000::/3'
const closedV6 = [
  '2001::/23', // protocol assignments
  '2001:db8::/32', // documentation
  '3fff::/20', // documentation
]
/** Tunnels: as public as the IPv4 addresses inside, which start at these groups. Teredo writes its client inverted. */
const tunnels = [
  { network: '2002::', prefix: 16, inside: [{ group: 1, inverted: false }] }, // 6to4
  {
    network: '2001::',
    prefix: 32, // Teredo: server and client
    inside: [
      { group: 2, inverted: false },
      { group: 6, inverted: true },
    ],
  },
] as const

/** True for a plain IP address that anybody on the internet may reach. False for everything else: names, zones, odd spellings. */
export function isPublicAddress(ip: string): boolean {
  switch (isIP(ip)) {
    case 4:
      return !listOf(closedV4).check(ip, 'ipv4')
    case 6:
      return !ip.includes('%') && isPublicV6(ip)
    default:
      return false
  }
}

function isPublicV6(ip: string): boolean {
  const tunnel = tunnels.find(({ network, prefix }) => listOf([`${network}/${prefix}`]).check(ip, 'ipv6'))
  if (!tunnel) return listOf([openV6]).check(ip, 'ipv6') && !listOf(closedV6).check(ip, 'ipv6')
  const groups = groupsOf(ip)
  return tunnel.inside.every(({ group, inverted }) => {
    const bytes = [groups[group] ?? 0, groups[group + 1] ?? 0].flatMap((pair) => [pair >> 8, pair & 255])
    return isPublicAddress(bytes.map((byte) => (inverted ? 255 - byte : byte)).join('.'))
  })
}

/** The eight groups of an address without IPv4 notation, as a URL writes it. */
function groupsOf(ip: string): readonly number[] {
  const plain = new URL(`http://[${ip}]`).hostname.slice(1, -1)
  const [head = '', tail] = plain.split('::')
  const numbers = (text: string) => text.split(':').flatMap((group) => (group === '' ? [] : [parseInt(group, 16)]))
  const [before, after] = [numbers(head), numbers(tail ?? '')]
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', prefix = ''] = subnet.split('/')
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
