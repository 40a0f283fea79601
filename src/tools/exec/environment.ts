/** The whole environment of a command, built from nothing: no variable of ours reaches it. */
export function environmentOf({ home, timeZone }: { readonly home: string; readonly timeZone?: string }) {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
    HOME: home,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    ...(timeZone && { TZ: timeZone }),
  }
}
