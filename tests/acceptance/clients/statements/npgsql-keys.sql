select current_setting('max_index_keys')
