import type { Lane } from '../../data/schema/batch-tables.js'
import type { ProfileName } from '../analysis/profile.js'

/** A method: a profile in a lane. */
export type UsualMethod = { profile: ProfileName; lane: Lane }

/** The three that are held against each other, the dearest first. */
export const usualMethods: readonly UsualMethod[] = [
  { profile: 'original', lane: 'individual' },
  { profile: 'compact', lane: 'individual' },
  { profile: 'compact', lane: 'batch' },
]
