import type { FieldFailure, FieldView } from '../../pages/index.ts'
import type { SecretService } from '../service.ts'
import { pageAnswer, redirect } from './answers.ts'
import type { AskedService } from './asked-service.ts'
import { obstacleAnswer } from './obstacles.ts'
import type { PageAnswer } from './page-request.ts'
import { requestView } from './request-view.ts'

type Values = Readonly<Record<string, string>>
type Failures = Readonly<Record<string, FieldFailure>>

/** What came of the last attempt. */
interface Attempt {
  readonly values: Values
  readonly failures: Failures
  readonly failure: 'away' | 'refused' | undefined
}

const NOTHING: Attempt = { values: {}, failures: {}, failure: undefined }

export async function showSecretForm(
  asked: AskedService,
  service: SecretService,
  attempt: Attempt = NOTHING,
): Promise<PageAnswer> {
  const { pages, guides } = asked.parts
  const page = pages.secretForm({
    ...(await requestView(asked)),
    permissions: [],
    fields: fieldViews(service, attempt),
    guide: guides.get(service.name),
    failure: attempt.failure,
  })
  return pageAnswer(page)
}

/** Tries the values at the service, and keeps them where it takes them. A mistake ends nothing. */
export async function saveSecret(
  asked: AskedService,
  service: SecretService,
  form: URLSearchParams,
): Promise<PageAnswer> {
  const { core, paths } = asked.parts
  const values = Object.fromEntries(
    [...service.fields.keys()].map((name) => [name, (form.get(`field_${name}`) ?? '').trim()]),
  )
  const read = service.readFields(values)
  if (!read.ok) {
    return showSecretForm(asked, service, { values, failures: read.errors, failure: undefined })
  }
  const { owner } = asked.session
  const retryAfterSeconds = await core.secretTries.count(owner, service.name)
  if (retryAfterSeconds !== undefined) {
    return obstacleAnswer(asked, 'too_many_tries', { retryPath: asked.here, retryAfterSeconds })
  }
  const tried = await service.tryFields(read.fields)
  if (!tried.ok) {
    const failure = tried.unavailable ? 'away' : undefined
    return showSecretForm(asked, service, { values, failures: tried.errors, failure })
  }
  const { fields } = read
  const { account } = tried
  const clientId = asked.asked?.clientId
  await core.vault.save(owner, service.name, { kind: 'secret', fields, account, clientId })
  const mark = asked.asked === undefined ? '' : `?id=${asked.asked.id}`
  return redirect(`${paths.connect}/${service.name}/done${mark}`)
}

function fieldViews(service: SecretService, { values, failures }: Attempt): readonly FieldView[] {
  return [...service.fields].map(([name, { type, label, hint, required, options }]) => ({
    name,
    kind: type ?? 'password',
    label,
    hint: hint === '' ? undefined : hint,
    isRequired: required ?? true,
    options: Object.entries(options ?? {}).map(([value, text]) => ({ value, label: text })),
    value: values[name] ?? '',
    failure: failures[name],
  }))
}
