/** The longest name that every vendor takes. */
const longest = 64

/** The name that a model knows an MCP tool by. Where the names had to be changed, a hash of both keeps it apart from others. */
export function mcpToolName(server: string, tool: string): string {
  const name = `mcp_${clean(server)}_${clean(tool)}`
  const faithful = clean(server) === server.toLowerCase() && clean(tool) === tool.toLowerCase()
  return faithful && name.length <= longest ? name : marked(server, tool)
}

/**
 * The same among other servers: a name that could also be one of theirs gets its hash too. It depends on which servers are configured, not
 * on which of them are up.
 */
export function mcpToolNameAmong(servers: readonly string[], server: string, tool: string): string {
  const name = mcpToolName(server, tool)
  const own = prefix(server)
  const claimed = servers.some((other) => {
    const theirs = prefix(other)
    return other !== server && theirs.length >= own.length && name.startsWith(theirs)
  })
  return claimed ? marked(server, tool) : name
}

/** The name with its hash, whether it needs one or not. */
export function marked(server: string, tool: string): string {
  const name = `mcp_${clean(server)}_${clean(tool)}`
  return `${name.slice(0, longest - 9)}_${fnv1a(`${server}\0${tool}`)}`
}

const prefix = (server: string) => `mcp_${clean(server)}_`

function clean(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '_')
    .replaceAll(/_+/g, '_')
    .replace(/^_/, '')
    .replace(/_$/, '')
  return plain === '' ? 'unnamed' : plain
}

/** FNV-1a with 32 bits, as eight hexadecimal digits. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}
