SELECT conversations.media_type, count(*) FROM lake.local.conversations conversations GROUP BY conversations.media_type
