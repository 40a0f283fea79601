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
  const bare = isIP(entry.split('/')[0] ?? '') === 6
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(entry) ?? []
  const name = bare ? entry : (bracketed ?? plain ?? '')
  const port = bare || digits === undefined ? {} : { port: Number(digits) }
  const list = networkOf(name)
  if (list) return { list, ...port }
  if (/^[a-z\d](?:[a-z\d._-]*[a-z\d])?$/.test(name)) return { host: name, ...port }
  throw new Problem(`"${entry}" is no address, network or host name.`, {
    at: 'tools.web.private_host_whitelist',
    mend: 'Write it like 192.168.1.10, 192.168.1.0/24 or nas.local, with :PORT where only one port is meant.',
  })
}

/** An address or a network with its prefix; undefined for anything else. */
function networkOf(text: string): BlockList | undefined {
  const [address = '', prefix, more] = text.split('/')
  const family = isIP(address)
  const longest = family === 6 ? 128 : 32
  const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity
  if (family === 0 || more !== undefined || bits > longest) return undefined
  const list = new BlockList()
  list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4')
  return list
}

const contains = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
