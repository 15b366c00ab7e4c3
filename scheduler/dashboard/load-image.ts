import type { Db } from '../../data/database.js'
import { listFailuresOfRequest } from '../../data/records/failures.js'
import { findPicture, listChargesOfRequest, type PictureRecord } from '../../data/records/picture-records.js'
import { customId } from '../../pipeline/batch/custom-id.js'
import type { ImageDetail } from '../../reports/gallery-wire.js'

/** Everything that is on record of one picture; undefined when there is no such image. */
export async function loadImage(db: Db, imageId: number): Promise<ImageDetail | undefined> {
  const row = await findPicture(db, imageId)
  if (!row) return undefined
  const { id, path, post, position, state, reason, detail, format, width, height } = row
  const charges = row.request_id === null ? [] : await listChargesOfRequest(db, row.request_id)
  const failures = row.request_id === null ? [] : await listFailuresOfRequest(db, row.request_id)
  return {
    ...{ id, image: path, post_id: post, position, state, reason, detail, format, width, height },
    version: row.sha256?.slice(0, 12) ?? null,
    columns: JSON.parse(row.columns) as Record<string, string>,
    request: requestOf(row),
    answer: row.answer === null ? null : (JSON.parse(row.answer) as Record<string, unknown>),
    answered_by: row.answered_by,
    answered_at: row.answered_at,
    charges: charges.map(({ cost_nano_usd, input_tokens, output_tokens, price, charged_at }) => ({
      ...{ cost_nano_usd, input_tokens, output_tokens, price, charged_at },
    })),
    failures: failures.map(({ attempt, code, message, failed_at }) => ({
      ...{ attempt, code, message, failed_at },
    })),
  }
}

/** The line of a tasks file that asks about a picture; the picture's own bytes are left out. */
export async function loadRequest(db: Db, imageId: number): Promise<object | undefined> {
  const row = await findPicture(db, imageId)
  if (!row || row.recipe === null) return undefined
  const { request, encoding } = JSON.parse(row.recipe) as { request: unknown; encoding: string }
  const text = JSON.stringify(request).replace('@@picture@@', `[the picture as ${encoding}]`)
  return {
    custom_id: requestOf(row)!.custom_id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: JSON.parse(text) as object,
  }
}

function requestOf(row: PictureRecord): ImageDetail['request'] {
  const { request_id: id, fingerprint, request_state: state, attempts } = row
  if (id === null || fingerprint === null || state === null || attempts === null) return null
  return {
    custom_id: customId({ id, fingerprint }),
    ...{ state, attempts, reason: row.request_reason, detail: row.request_detail },
    ...{ model: row.model!, profile: row.profile!, batch: row.provider_batch_id, part: row.part },
  }
}
