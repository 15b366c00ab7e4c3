import { createEngineRecords } from './0001_create_engine_records.js'
import { createBatchRecords } from './0002_create_batch_records.js'
import { createImagesAndPosts } from './0003_create_images_and_posts.js'
import { createSchedulerRecords } from './0004_create_scheduler_records.js'
import { createLaneRecords } from './0005_create_lane_records.js'
import { keepSums } from './0006_keep_sums.js'
import { createDashboardRecords } from './0007_create_dashboard_records.js'
import { keepVersions } from './0008_keep_versions.js'
import { recordSpread } from './0009_record_spread.js'
import { lightenAnswers } from './0010_lighten_answers.js'
import type { Migration } from './migration.js'

/** All migrations in order. The database's `user_version` is how many of them it has. */
export const migrations: readonly Migration[] = [
  createEngineRecords,
  createBatchRecords,
  createImagesAndPosts,
  createSchedulerRecords,
  createLaneRecords,
  keepSums,
  createDashboardRecords,
  keepVersions,
  recordSpread,
  lightenAnswers,
]
