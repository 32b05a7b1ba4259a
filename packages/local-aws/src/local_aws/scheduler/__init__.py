"""EventBridge Scheduler's clock: moto keeps schedules, this fires them."""
