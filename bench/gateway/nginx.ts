import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

export interface StartedNginx {
  readonly origin: string
  /** What its worker has used so far. */
  cpuMicroseconds(): number
  close(): void
}

/** Starts nginx with `proxy_pass` and `auth_request`; `undefined` where there is no nginx. */
export async function startNginx(
  upstream: string,
  verifier: string,
): Promise<StartedNginx | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-nginx-'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configure(folder, port, upstream, verifier))
  const child: ChildProcess = spawn('nginx', ['-p', folder, '-c', file, '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const isMissing = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(true))
    child.once('spawn', () => resolve(false))
  })
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  if (isMissing) {
    remove()
    return undefined
  }
  const origin = `http://127.0.0.1:${port}`
  await untilItAnswers(origin)
  const close = (): void => {
    child.once('exit', remove)
    child.kill()
  }
  return { origin, cpuMicroseconds: () => cpuOfWorker(child.pid), close }
}

/** On Linux a tick of the clock that counts them is ten milliseconds. */
const MICROSECONDS_PER_TICK = 10_000

/** @see proc(5): `utime` and `stime` follow twelve fields after the name in parentheses */
function cpuOfWorker(master: number | undefined): number {
  const [worker] = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').split(' ')
  const fields = readFileSync(`/proc/${worker}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK
}

async function untilItAnswers(origin: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const isThere = await fetch(origin).then(
      () => true,
      () => false,
    )
    if (isThere) return
    await setTimeout(100)
  }
  throw new Error('nginx does not answer')
}

function configure(folder: string, port: number, upstream: string, verifier: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n  ')
  return `
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary}
  keepalive_requests 1000000;
  upstream mcp { server ${new URL(upstream).host}; keepalive 64; keepalive_requests 1000000; }
  upstream verifier { server ${new URL(verifier).host}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location = /mcp {
      auth_request /verify;
      proxy_set_header Authorization "";
      proxy_buffering off;
      proxy_pass http://mcp;
    }
    location = /verify {
      internal;
      proxy_pass http://verifier;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_method GET;
    }
  }
}
`
}

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    server.close(() => resolve(port))
  })
  return promise
}
