/** Where the Markdown files of the repository stand on the site. */

/** The page of a file: a `README.md` is the index of its folder, but for that of the repository. */
export function pageOf(file: string): string {
  return file === 'README.md' ? 'overview.md' : file.replace(/(^|\/)README\.md$/, '$1index.md')
}

/** The link to a file, or to a section of it, from anywhere on the site. */
export function linkTo(target: string): string {
  const [file = '', ...anchor] = target.split(/(?=#)/)
  return `/${pageOf(file).replace(/(?:index)?\.md$/, '')}${anchor.join('')}`
}
