import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server's key and certificate, in PEM. */
export interface ServerIdentity {
  readonly key: string
  readonly cert: string
}

/** A certificate authority of its own, made by OpenSSL. */
export interface TestAuthority {
  readonly ca: string
  /** @param days Until it expires; negative for one that has. */
  issue(names: readonly string[], days?: number): ServerIdentity
}

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Creates an authority whose files are gone again when this returns. */
export function createTestAuthority(): TestAuthority {
  const [caKey, ca] = inFolder((folder) => {
    openssl(folder, [
      'req',
      '-x509',
      ...EC_KEY,
      '-subj',
      '/CN=Test authority',
      '-days',
      '2',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    ])
    return [read(folder, 'ca.key'), read(folder, 'ca.pem')]
  })
  return {
    ca,
    issue: (names, days = 2) =>
      inFolder((folder) => {
        writeFileSync(join(folder, 'ca.key'), caKey)
        writeFileSync(join(folder, 'ca.pem'), ca)
        const san = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`))
        writeFileSync(join(folder, 'ext'), `subjectAltName=${san.join(',')}\n`)
        openssl(folder, ['req', ...EC_KEY, '-subj', '/CN=server', '-keyout', 'key', '-out', 'csr'])
        openssl(folder, [
          'x509',
          '-req',
          '-in',
          'csr',
          '-CA',
          'ca.pem',
          '-CAkey',
          'ca.key',
          '-extfile',
          'ext',
          '-days',
          String(days),
          '-out',
          'cert',
        ])
        return { key: read(folder, 'key'), cert: read(folder, 'cert') }
      }),
  }
}

function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-authority-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function openssl(cwd: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd, stdio: 'pipe' })
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}
