/** Where the pages are, as paths of this server. */
export interface PagePaths {
  readonly account: string
  readonly connect: string
  /** The same as an absolute URL, for other servers. */
  url(path: string): string
}

export function createPagePaths(baseUrl: URL): PagePaths {
  const mount = baseUrl.pathname.replace(/\/$/, '')
  return {
    account: `${mount}/account`,
    connect: `${mount}/connect`,
    url: (path) => baseUrl.origin + path,
  }
}

const MAX_LENGTH = 300

/** Whether a path is one of these pages that a user can be sent on to, by a GET. */
export function isReturnPath({ account, connect }: PagePaths, path: string): boolean {
  if (path.length > MAX_LENGTH || !/^\/[\w\-./?=&]*$/.test(path) || path.includes('..'))
    return false
  return path === account || path.startsWith(`${connect}/`)
}
