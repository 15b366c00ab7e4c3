export const key = { authorization: 'Bearer any' }

/** Sends a form as a browser would, with names that the SDK would shorten. */
export async function post(
  url: string,
  form: FormData,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/files`, { method: 'POST', headers: key, body: form })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

export function formOf(
  name: string,
  content: string,
  fields: Record<string, string> = { purpose: 'batch' },
): FormData {
  const form = new FormData()
  for (const [field, value] of Object.entries(fields)) form.set(field, value)
  form.set('file', new File([content], name))
  return form
}

export function codeOf(body: Record<string, unknown>): unknown {
  return (body['error'] as { code: string }).code
}

/** A multipart body by hand, as no client would write it. */
export async function postRaw(
  url: string,
  body: string | Buffer,
  contentType: string,
): Promise<[number, unknown]> {
  const response = await fetch(`${url}/files`, {
    method: 'POST',
    headers: { ...key, 'content-type': contentType },
    body,
  })
  return [response.status, codeOf((await response.json()) as Record<string, unknown>)]
}
