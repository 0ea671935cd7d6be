const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'no permission. Run it as the owner of the file and its folder.'],
  ['EPERM', 'no permission. Run it as the owner of the file and its folder.'],
  ['EROFS', 'the file system is read-only. Choose another place.'],
  ['ENOSPC', 'no space is left. Free some, and run it again.'],
  ['EDQUOT', 'the quota is used up. Free some space, and run it again.'],
  ['ENOENT', 'no such file or folder. Check the path.'],
  ['ENOTDIR', 'a part of the path is no folder. Check the path.'],
  ['EISDIR', 'this is a folder. Name a file.'],
  ['EEXIST', 'something of that name is in the way. Check the path.'],
  ['ELOOP', 'the symbolic links lead nowhere. Check the path.'],
  ['ENAMETOOLONG', 'the path is too long. Choose a shorter one.'],
])

/** What a failure of the file system means and what to do, `undefined` for other errors. */
export function describeFileFailure(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'The file'
  const code = String(error.code)
  return `${path}: ${REASONS.get(code) ?? `${code} of ${String(error.syscall)}.`}`
}

/** Whether this is the failure with this code, such as `EEXIST`, of this call or of any. */
export function isFileFailure(error: unknown, code: string, syscall?: string): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== code) return false
  return syscall === undefined || ('syscall' in error && error.syscall === syscall)
}
