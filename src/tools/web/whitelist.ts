import { BlockList, isIP } from 'node:net'
import { Problem } from '../../core/problem.ts'
import type { Target } from '../../kit/guarded-fetch.ts'

/**
 * Places of the owner's own network that pages may be read from: `192.168.1.10`, `192.168.1.0/24`, `nas.local`, each also with a port
 * (`192.168.1.10:8123`, `[fd00::1]:80`). A Problem that names an entry which is none of these.
 */
export function privatePlaces(entries: readonly string[]): (target: Target) => boolean {
  const places = entries.map((entry) => placeOf(entry.trim().toLowerCase()))
  return ({ host, port, address }) =>
    places.some((place) => {
      if (place.port !== undefined && place.port !== port) return false
      // While only a name is known, one that may lead to a listed address is let through: the address itself is asked about next.
      if ('list' in place) return address === '' || contains(place.list, address)
      return place.host === host
    })
}

type Place = { readonly port?: number } & ({ readonly list: BlockList } | { readonly host: string })

function placeOf(entry: string): Place {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(entry) ?? []
  const port = digits === undefined ? {} : { port: Number(digits) }
  const name = isIP(entry) === 6 || isRange(entry) ? entry : (bracketed ?? plain ?? '')
  const [network = '', prefix] = name.split('/')
  const family = isIP(network)
  if (family !== 0) {
    const longest = family === 6 ? 128 : 32
    const bits = prefix === undefined ? longest : Number(prefix)
    if (!Number.isInteger(bits) || bits < 0 || bits > longest || prefix === '') throw wrong(entry)
    const list = new BlockList()
    list.addSubnet(network, bits, family === 6 ? 'ipv6' : 'ipv4')
    return { list, ...(name === entry ? {} : port) }
  }
  if (!/^[a-z\d](?:[a-z\d._-]*[a-z\d])?$/.test(name)) throw wrong(entry)
  return { host: name, ...port }
}

const isRange = (entry: string): boolean => isIP(entry.split('/')[0] ?? '') === 6

const contains = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

const wrong = (entry: string): Problem =>
  new Problem(`"${entry}" is no address, network or host name.`, {
    at: 'tools.web.private_host_whitelist',
    mend: 'Write it like 192.168.1.10, 192.168.1.0/24 or nas.local, with :PORT where only one port is meant.',
  })
