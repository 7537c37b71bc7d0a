"""What people and software send to legal/, and what software gets back."""
