import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { checkFile, SECRET } from './gateway-example.ts'
import { makeFolder, runHere } from './support.ts'

const DEPLOY = resolve(import.meta.dirname, '../../deploy')
const NGINX = '/usr/sbin/nginx'
const CADDY = '/usr/bin/caddy'
const read = (file: string): Promise<string> => readFile(join(DEPLOY, file), 'utf8')

interface Compose {
  readonly services: {
    readonly gateway: Readonly<Record<string, unknown>> & { readonly secrets: readonly string[] }
  }
  readonly secrets: Readonly<Record<string, unknown>>
}

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: Readonly<Record<string, unknown>>
}

test('the configuration that Compose and Kubernetes mount is right', async () => {
  const folder = await makeFolder()
  await runHere(folder, ['keys', 'generate', '--use', 'signing', '--out', 'signing-keys'])
  await writeFile(join(folder, 'audit-key'), SECRET)
  const text = await read('gateway/gatehouse.yaml')
  await writeFile(join(folder, 'gatehouse.yaml'), text.replaceAll('/run/secrets/', `${folder}/`))
  expect(await checkFile(folder, {})).toMatchObject({ code: 0, stderr: '' })
  await writeFile(join(folder, 'gatehouse.yaml'), text.replace(/^acceptRisks.*$/m, ''))
  expect((await checkFile(folder, {})).code).toBe(1)
})

test('Compose gives the gateway its secrets and nothing to write on', async () => {
  const { services, secrets } = parse(await read('gateway/compose.yaml')) as Compose
  expect(services.gateway).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    user: '65532:65532',
  })
  expect(Object.keys(secrets)).toEqual(services.gateway.secrets)
  const config = await read('gateway/gatehouse.yaml')
  for (const name of services.gateway.secrets) expect(config).toContain(`/run/secrets/${name}`)
})

test('Kubernetes runs two replicas, one of which always stays', async () => {
  const manifests = parseAllDocuments(await read('kubernetes/gateway.yaml'))
  expect(manifests.flatMap(({ errors }) => errors)).toEqual([])
  const byKind = new Map(
    manifests.map((one) => [(one.toJS() as Manifest).kind, one.toJS() as Manifest]),
  )
  expect([...byKind.keys()]).toEqual([
    'Deployment',
    'Service',
    'PodDisruptionBudget',
    'NetworkPolicy',
  ])
  const app = { app: 'gatehouse' }
  expect(byKind.get('Deployment')?.spec).toMatchObject({
    replicas: 2,
    template: {
      metadata: { labels: app },
      spec: {
        securityContext: { runAsNonRoot: true },
        containers: [
          {
            livenessProbe: { httpGet: { path: '/healthz', port: 'admin' } },
            readinessProbe: { httpGet: { path: '/readyz', port: 'admin' } },
            securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
          },
        ],
        volumes: [{}, { projected: { defaultMode: 0o440 } }],
      },
    },
  })
  expect(byKind.get('Service')?.spec['selector']).toEqual(app)
  expect(byKind.get('PodDisruptionBudget')?.spec).toEqual({
    minAvailable: 1,
    selector: { matchLabels: app },
  })
  expect(byKind.get('NetworkPolicy')?.spec).toMatchObject({ podSelector: { matchLabels: app } })
})

interface Model {
  /** @throws where a field is missing or of another type */
  validate(): void
}

/** Named by a variable, since the types of that package do not hold where `undefined` is not left out. */
const KUBERNETES_MODELS = 'kubernetes-models'

async function modelOf(manifest: Manifest): Promise<Model> {
  const name = `${KUBERNETES_MODELS}/${manifest.apiVersion}`
  const kinds: Readonly<Record<string, new (given: Manifest) => Model>> = await import(name)
  const Kind = kinds[manifest.kind]
  if (Kind === undefined) throw new Error(`no model of ${name} ${manifest.kind}`)
  return new Kind(manifest)
}

test.each(['gateway.yaml', 'deployment.yaml', 'service.yaml'])(
  'the manifests of %s are what the API of Kubernetes says',
  async (file) => {
    const manifests = parseAllDocuments(await read(`kubernetes/${file}`)).map(
      (one) => one.toJS() as Manifest,
    )
    for (const manifest of manifests) {
      const model = await modelOf(manifest)
      model.validate()
      const wrong = { ...manifest, spec: 'none' } as unknown as Manifest
      const wrongModel = await modelOf(wrong)
      expect(() => wrongModel.validate()).toThrow('spec')
    }
  },
)

test.skipIf(!existsSync(CADDY))('Caddy takes its part', async () => {
  const file = join(DEPLOY, 'gateway/Caddyfile')
  const home = await makeFolder()
  const { stderr, stdout } = await promisify(execFile)(
    CADDY,
    ['validate', '--adapter', 'caddyfile', '--config', file],
    { env: { HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home } },
  )
  expect(`${stdout}${stderr}`).toContain('Valid configuration')
})

test.skipIf(!existsSync(NGINX))('nginx takes its part', async () => {
  const folder = await makeFolder()
  const key = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=mcp.example.com']
  const out = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')]
  await promisify(execFile)('openssl', [...key, ...out])
  const server = (await read('gateway/nginx.conf')).replaceAll('/etc/nginx/tls/', `${folder}/`)
  const around = `pid ${folder}/pid;\nerror_log stderr;\nevents {}\nhttp { access_log off;\n${server}}\n`
  await writeFile(join(folder, 'nginx.conf'), around)
  const { stderr } = await promisify(execFile)(NGINX, [
    '-t',
    '-p',
    folder,
    '-c',
    join(folder, 'nginx.conf'),
  ])
  expect(stderr).toContain('test is successful')
})
